// Runs after installation: keeps onnxruntime-node where its own install script fails.
// That script downloads CUDA libraries, which are not used here, from outside the package registry. Where that is
// blocked npm takes the package away again at the end of the installation. So its files for this platform are linked
// (not copied: they take no room) beside ours while they are still there.
// @ts-check
import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const home = dirname(dirname(fileURLToPath(import.meta.url)))

/** Folder of a package as Node would find it from a folder, or undefined. */
function folderOf(name, from) {
  const found = join(from, 'node_modules', name)
  if (existsSync(join(found, 'package.json'))) return found
  return dirname(from) === from ? undefined : folderOf(name, dirname(from))
}

/** Links a folder's files, and copies those that cannot be linked. Binaries of other platforms are left out. */
function linkFolder(from, to) {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) {
      const platform = source
        .split(sep)
        .slice(-3)
        .join('/')
        .match(/napi-v\d+\/(\w+)(?:\/(\w+))?$/)
      if (platform && (platform[1] !== process.platform || (platform[2] ?? process.arch) !== process.arch))
        continue
      if (entry.name !== 'node_modules') linkFolder(source, target)
    } else
      try {
        linkSync(source, target)
      } catch {
        cpSync(source, target)
      }
  }
}

const node = folderOf('onnxruntime-node', home)
const kept = join(home, 'node_modules', 'onnxruntime-node')
// In a clone, and where npm put the package beside ours, there is nothing to keep.
if (node && node !== kept) {
  try {
    const common = folderOf('onnxruntime-common', node)
    linkFolder(node, kept)
    if (common) linkFolder(common, join(home, 'node_modules', 'onnxruntime-common'))
  } catch (error) {
    rmSync(kept, { recursive: true, force: true })
    console.error(`sparring: the files of onnxruntime-node could not be kept: ${error}`)
  }
}
