'use client'
import { useMemo, useSyncExternalStore } from 'react'

export interface ChartColors {
  /** By --chart-<number>. */
  readonly lines: Readonly<Record<1 | 2 | 3 | 4, string>>
  readonly grid: string
  readonly label: string
}

const names = ['--chart-1', '--chart-2', '--chart-3', '--chart-4', '--chart-grid', '--chart-label'] as const
const separator = '|'

/** The chart tokens as resolved colours, for canvases; new ones when the theme changes. */
export function useChartColors(): ChartColors {
  const joined = useSyncExternalStore(watchTheme, readColors, () => '')
  return useMemo(() => {
    const [one = '', two = '', three = '', four = '', grid = '', label = ''] = joined.split(separator)
    return { lines: { 1: one, 2: two, 3: three, 4: four }, grid, label }
  }, [joined])
}

function readColors(): string {
  const style = getComputedStyle(document.documentElement)
  return names.map((name) => style.getPropertyValue(name).trim()).join(separator)
}

function watchTheme(listener: () => void): () => void {
  const chosen = new MutationObserver(listener)
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', listener)
  return () => {
    chosen.disconnect()
    system.removeEventListener('change', listener)
  }
}

/** "oklch(0.5 0.1 248)" to "oklch(0.5 0.1 248 / 0.2)"; the tokens resolve to that notation, without an alpha of their own. */
export const withAlpha = (color: string, alpha: number): string => color.replace(/\)$/, ` / ${alpha})`)
