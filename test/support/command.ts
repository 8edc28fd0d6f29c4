// The command line in this process: its exit code and all that it says.
import { main } from '../../src/cli/main.ts'

export async function command(...args: string[]): Promise<{ code: number; text: string }> {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const code = await main(args, { stdout: { write }, stderr: { write }, environment: {} })
  return { code, text }
}
