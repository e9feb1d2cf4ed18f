// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SizeField } from './size-field.tsx'

// jsdom lays nothing out; the slider only needs the observer to be there.
beforeAll(() => {
  globalThis.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
})
afterEach(cleanup)

function Harness({ stops }: { stops?: number[] }) {
  const [value, setValue] = useState(4)
  return (
    <>
      <SizeField label="Memory" unit="GiB" min={1} max={64} stops={stops} value={value} onValueChange={setValue} />
      <output>{value}</output>
    </>
  )
}

const value = () => screen.getByRole('status').textContent

describe('SizeField', () => {
  it('takes what is typed, and brings it into range on leaving', async () => {
    const user = userEvent.setup()
    render(<Harness />)
    const box = screen.getByRole('textbox', { name: 'Memory' })
    await user.clear(box)
    await user.type(box, '500')
    expect(box).toHaveProperty('value', '500')
    await user.tab()
    expect(value()).toBe('64')
    expect(box).toHaveProperty('value', '64')
  })

  it('keeps the last good value when what is typed is no number', async () => {
    const user = userEvent.setup()
    render(<Harness />)
    const box = screen.getByRole('textbox', { name: 'Memory' })
    await user.clear(box)
    await user.type(box, 'lots')
    await user.tab()
    expect(value()).toBe('4')
    expect(box).toHaveProperty('value', '4')
  })

  it('moves by stops with the arrow keys, and says value and unit', async () => {
    const user = userEvent.setup()
    render(<Harness stops={[1, 2, 4, 8, 16]} />)
    const slider = screen.getByRole('slider', { name: 'Memory' })
    slider.focus()
    await user.keyboard('{ArrowRight}{ArrowRight}')
    expect(value()).toBe('16')
    expect(slider.getAttribute('aria-valuetext')).toBe('16 GiB')
  })
})
