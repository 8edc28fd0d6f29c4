// Reads which file imports what, and which Node globals it names, from the syntax of TypeScript sources.
import { posix } from 'node:path'
import ts from 'typescript'

export interface Import {
  readonly from: string
  /** A source file, by its path, or what follows `from` when it is a package. */
  readonly to: string
  readonly local: boolean
  /** Gone at run time: `import type` and `export type`. */
  readonly typeOnly: boolean
}

/** Source texts by path, `/` between folders. */
export type Sources = ReadonlyMap<string, string>

const NODE_GLOBALS = ['process', 'Buffer', '__dirname', '__filename', 'require', 'setImmediate']

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, (child) => walk(child, visit))
}

const parse = (file: string, text: string): ts.SourceFile =>
  ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true)

/** Every import, export from, `import()` and `import('...').Type` of the sources. */
export function importsOf(sources: Sources): Import[] {
  const found: Import[] = []
  for (const [from, text] of sources) {
    const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
      if (!specifier || !ts.isStringLiteralLike(specifier)) return
      const local = specifier.text.startsWith('.')
      const to = local ? posix.join(posix.dirname(from), specifier.text) : specifier.text
      found.push({ from, to, local, typeOnly })
    }
    walk(parse(from, text), (node) => {
      if (ts.isImportDeclaration(node))
        add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
      else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
      else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
        add(node.argument.literal, true)
      else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
        add(node.arguments[0], false)
    })
  }
  return found
}

/** The globals of Node that a file names. */
export function nodeGlobalsOf(file: string, text: string): string[] {
  const found = new Set<string>()
  walk(parse(file, text), (node) => {
    if (!ts.isIdentifier(node) || !NODE_GLOBALS.includes(node.text)) return
    const { parent } = node
    const isProperty =
      (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node
    if (!isProperty) found.add(node.text)
  })
  return [...found]
}

/** A cycle of imports that exist at run time, as a path that ends where it began, or undefined. */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const next = new Map<string, string[]>()
  for (const { from, to, local, typeOnly } of imports)
    if (local && !typeOnly) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const to of next.get(file) ?? []) {
      const cycle = visit(to, [...path, file])
      if (cycle) return cycle
    }
    done.add(file)
    return undefined
  }
  for (const file of next.keys()) {
    const cycle = visit(file, [])
    if (cycle) return cycle
  }
  return undefined
}
