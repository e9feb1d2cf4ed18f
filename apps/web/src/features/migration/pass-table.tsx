import type { MovePass } from '@berth/core/migration/move-progress'
import { passRow } from './pass-bars.ts'

/** The same passes in numbers, folded away: to read, to hear, to copy. */
export function PassTable({ passes }: { passes: readonly MovePass[] }) {
  if (passes.length === 0) return null
  return (
    <details className="text-xs">
      <summary className="text-ink-2 hover:text-ink w-fit cursor-pointer">Passes in numbers</summary>
      <div tabIndex={0} role="region" aria-label="Passes in numbers" className="mt-2 max-h-64 overflow-auto">
        <table className="w-full text-right">
          <thead className="text-ink-3">
            <tr className="[&>th]:py-1 [&>th]:pr-3 [&>th]:font-normal">
              <th scope="col" className="text-left">
                Pass
              </th>
              <th scope="col">Sent</th>
              <th scope="col">Time</th>
              <th scope="col">Rate</th>
            </tr>
          </thead>
          <tbody>
            {passes.map(passRow).map(({ number, bytes, time, rate }) => (
              <tr key={number} className="border-line-soft border-t [&>td]:py-1 [&>td]:pr-3">
                <th scope="row" className="text-left font-normal">
                  {number}
                </th>
                <td>{bytes}</td>
                <td>{time}</td>
                <td>{rate}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
