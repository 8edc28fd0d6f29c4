// How much a model file may ask for while it is read: each limit with its reason.

/**
 * Nothing here bounds the weights of a file: they take the room that the file itself takes. What is bounded is what a
 * small file can grow into. Each limit is several times what the largest networks in use need.
 */
export const LIMITS = {
  /** Functions and branches within each other. Exporters nest functions about five deep. */
  calls: 64,
  /** Nodes, with functions expanded and operators taken apart. A ResNet-152 becomes about 2,000. */
  nodes: 2 ** 17,
  /** Places of a window, and lengths of an axis that is taken apart place by place. */
  unrolled: 1024,
  /** Axes of a tensor, as in NumPy. */
  rank: 64,
  /** Numbers of one tensor while the model runs: runtimes and this library count places with 32 bits. */
  elements: 2 ** 31 - 1,
  /** Numbers in a list that has to be known: lengths, axes, paddings. */
  list: 4096,
  /** Numbers that reading makes, on top of one for each byte of the file: at most 128 MiB of them in float64. */
  made: 2 ** 24,
  /** Larger constants than this are not computed ahead but left to the runtime. */
  folded: 2 ** 22,
  /** Elementary operations for one constant that is computed ahead. They also bound what it takes on the way. */
  work: 2 ** 24,
  /** All of them together, on top of two for each byte of the file: one or two seconds. */
  totalWork: 2 ** 25,
  /** Constants of up to this much work are arithmetic on shapes, which must not starve: a quarter of all work and numbers
   * is kept for them. */
  smallWork: 2 ** 12,
} as const
