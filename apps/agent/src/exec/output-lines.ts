/** The text of a program's output as lines: the last ones for an error, or each one while it runs. */
import { StringDecoder } from 'node:string_decoder'

const maxLines = 20
const maxLineChars = 500
const maxPartialChars = 64 * 1024

/** The last lines of `text`, without empty ones; at most 20 of at most 500 characters. */
export function lastLines(text: string, count: number = maxLines): string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
    .map((line) => (line.length > maxLineChars ? shorten(line) : line))
}

/** QEMU repeats the whole option before it says what is wrong with it: both ends are needed. */
const shorten = (line: string): string => `${line.slice(0, maxLineChars / 2)} … ${line.slice(-maxLineChars / 2)}`

/** Calls `onLine` for each non-empty line of a byte stream; a line ends at \n or \r, an endless one is cut at 64 Ki. */
export function createLineSplitter(onLine: (line: string) => void): { push: (chunk: Buffer) => void; end: () => void } {
  const decoder = new StringDecoder('utf8')
  let partial = ''
  const emit = (line: string): void => {
    if (line !== '') onLine(line)
  }
  return {
    push: (chunk) => {
      const lines = (partial + decoder.write(chunk)).split(/[\r\n]/)
      partial = lines.pop() ?? ''
      for (const line of lines) emit(line)
      if (partial.length > maxPartialChars) {
        emit(partial)
        partial = ''
      }
    },
    end: () => {
      emit(partial + decoder.end())
      partial = ''
    },
  }
}
