// The library in Node: the native engine, files and downloads, run folders, pictures, and what the commands do.
export * from './audit/node/index.ts'
export * from './data/node/index.ts'
export { embeddedDriver } from './jobs/node/embedded.ts'
export * from './lifecycle/index.ts'
export * from './report/node/index.ts'
export * from './runs/node/index.ts'
export { nodeEngine } from './runtime/node.ts'
export * from './studies/node/index.ts'
