// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RelativeTime } from './relative-time.tsx'

const start = Date.parse('2026-11-22T12:00:00.000Z')

beforeEach(() => {
  vi.useFakeTimers({ now: start })
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

describe('RelativeTime', () => {
  it('grows older by itself, and stops its clock when nobody looks', () => {
    const { unmount } = render(<RelativeTime at={start - 30_000} />)
    expect(screen.getByText('30 s ago').getAttribute('datetime')).toBe('2026-11-22T11:59:30.000Z')
    act(() => {
      vi.advanceTimersByTime(31_000)
    })
    expect(screen.getByText('1 min ago')).toBeDefined()
    unmount()
    vi.advanceTimersByTime(2000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('shows UTC where it renders on the server', () => {
    expect(renderToString(<RelativeTime at={start} />)).toContain('2026-11-22 12:00:00 UTC')
  })

  it('does not throw on a date that is none', () => {
    render(<RelativeTime at="soon" />)
    expect(screen.getByText('unknown')).toBeDefined()
  })
})
