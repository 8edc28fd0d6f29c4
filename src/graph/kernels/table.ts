// The table of reference kernels: one for every operator of ops.ts that computes something.
import { CONVOLUTIONS } from './convolutions.ts'
import { ELEMENTWISE } from './elementwise.ts'
import type { Kernel } from './kernel.ts'
import { MOVEMENT } from './movement.ts'
import { PRODUCTS } from './products.ts'
import { REDUCTIONS } from './reductions.ts'
import { LOOPS } from './repeat.ts'
import { SCANS } from './scan.ts'

export const KERNELS: Readonly<Record<string, Kernel>> = {
  ...ELEMENTWISE,
  ...REDUCTIONS,
  ...MOVEMENT,
  ...PRODUCTS,
  ...CONVOLUTIONS,
  ...LOOPS,
  ...SCANS,
}
