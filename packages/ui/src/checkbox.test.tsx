// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Checkbox } from './checkbox.tsx'

afterEach(cleanup)

function box(name: string): HTMLInputElement {
  const found = screen.getByRole('checkbox', { name })
  if (!(found instanceof HTMLInputElement)) throw new Error('no input')
  return found
}

describe('Checkbox', () => {
  it('is ticked and unticked by its label, the pointer and Space, and says its hint', async () => {
    const told = vi.fn()
    function Kept() {
      const [isKept, setIsKept] = useState(false)
      const change = (next: boolean) => {
        told(next)
        setIsKept(next)
      }
      return <Checkbox label="Keep it" hint="For a week" checked={isKept} onCheckedChange={change} />
    }
    const user = userEvent.setup()
    render(<Kept />)
    await user.click(screen.getByText('Keep it'))
    expect(box('Keep it').checked).toBe(true)
    await user.click(box('Keep it'))
    await user.keyboard(' ')
    expect(told.mock.calls).toEqual([[true], [false], [true]])
    const hint = box('Keep it').getAttribute('aria-describedby') ?? ''
    expect(document.getElementById(hint)?.textContent).toBe('For a week')
  })

  it('shows some of many as neither, and answers a click on it with "all"', async () => {
    const onCheckedChange = vi.fn()
    const { rerender } = render(
      <Checkbox label="All" hideLabel checked="indeterminate" onCheckedChange={onCheckedChange} />,
    )
    expect(box('All').indeterminate).toBe(true)
    await userEvent.setup().click(box('All'))
    expect(onCheckedChange).toHaveBeenCalledWith(true)
    rerender(<Checkbox label="All" hideLabel checked onCheckedChange={onCheckedChange} />)
    expect(box('All').indeterminate).toBe(false)
    expect(box('All').checked).toBe(true)
  })

  it('sends no form off by Enter, and cannot be ticked while it is disabled', async () => {
    const onCheckedChange = vi.fn()
    render(<Checkbox label="Sign out" checked={false} disabled onCheckedChange={onCheckedChange} />)
    await userEvent.setup().click(box('Sign out'))
    expect(onCheckedChange).not.toHaveBeenCalled()
    expect(fireEvent.keyDown(box('Sign out'), { key: 'Enter' })).toBe(false)
    expect(fireEvent.keyDown(box('Sign out'), { key: ' ' })).toBe(true)
  })
})
