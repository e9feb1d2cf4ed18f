import { isRecord, parseJson } from '../data/settings.ts'

/** One row of bench/results/<name>.json. `peer` and `ratio` are null where a number stands for itself. */
export interface BenchRow {
  name: string
  case: string
  ours: number
  peer: number | null
  ratio: number | null
  unit: string
  /** What has to hold, in words: "≤ 1.2×". */
  hold: string
  ok: boolean
}

/** The rows of a result file; none for what is no such file. */
export function parseBenchRows(text: string): BenchRow[] {
  const value = parseJson(text)
  return Array.isArray(value) ? value.flatMap(parseRow) : []
}

function parseRow(value: unknown): BenchRow[] {
  if (!isRecord(value)) return []
  const { name, ours, peer, ratio, unit, hold, ok } = value
  if (typeof name !== 'string' || typeof ours !== 'number' || typeof ok !== 'boolean') return []
  const numberOrNull = (number: unknown): number | null => (typeof number === 'number' ? number : null)
  const textOf = (text: unknown): string => (typeof text === 'string' ? text : '')
  return [
    {
      name,
      case: textOf(value['case']),
      ours,
      peer: numberOrNull(peer),
      ratio: numberOrNull(ratio),
      unit: textOf(unit),
      hold: textOf(hold),
      ok,
    },
  ]
}

const headings = ['name', 'case', 'ours', 'peer', 'ratio', 'unit', 'hold', 'ok']

export function formatBenchTable(rows: readonly BenchRow[]): string {
  const lines = [headings, ...rows.map(cellsOf)]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function cellsOf(row: BenchRow): string[] {
  const number = (value: number | null): string => (value === null ? '–' : String(Number(value.toPrecision(4))))
  return [
    row.name,
    row.case,
    number(row.ours),
    number(row.peer),
    row.ratio === null ? '–' : `${row.ratio.toFixed(2)}×`,
    row.unit,
    row.hold,
    row.ok ? 'yes' : 'NO',
  ]
}
