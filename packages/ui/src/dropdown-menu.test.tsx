// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DropdownMenu, MenuItem, MenuRadioGroup } from './dropdown-menu.tsx'

afterEach(cleanup)

describe('MenuItem', () => {
  it('with a reason is reached by arrow keys, shows it, and does not run', async () => {
    const onSelect = vi.fn()
    const user = userEvent.setup()
    render(
      <DropdownMenu trigger={<button type="button">More</button>}>
        <MenuItem disabledReason="No other host has 8 GiB free" onSelect={onSelect}>
          Migrate
        </MenuItem>
        <MenuItem onSelect={onSelect}>Reboot</MenuItem>
      </DropdownMenu>,
    )
    screen.getByRole('button', { name: 'More' }).focus()
    await user.keyboard('{Enter}')
    const item = screen.getByRole('menuitem', { name: /Migrate/ })
    expect(document.activeElement).toBe(item)
    expect(item.textContent).toContain('No other host has 8 GiB free')
    await user.keyboard('{Enter}')
    expect(onSelect).not.toHaveBeenCalled()
    expect(screen.getByRole('menu')).toBeDefined()
    await user.keyboard('{ArrowDown}{Enter}')
    expect(onSelect).toHaveBeenCalledTimes(1)
  })
})

describe('MenuRadioGroup', () => {
  it('is chosen by keyboard and keeps the menu open', async () => {
    const onValueChange = vi.fn()
    const user = userEvent.setup()
    const options = [
      { value: 'light', label: 'Light' },
      { value: 'dark', label: 'Dark' },
    ] as const
    render(
      <DropdownMenu trigger={<button type="button">Theme</button>}>
        <MenuRadioGroup label="Theme" value="light" onValueChange={onValueChange} options={options} />
      </DropdownMenu>,
    )
    screen.getByRole('button', { name: 'Theme' }).focus()
    await user.keyboard('{Enter}{ArrowDown}{Enter}')
    expect(onValueChange).toHaveBeenCalledExactlyOnceWith('dark')
    expect(screen.getByRole('menuitemradio', { name: 'Light' }).getAttribute('aria-checked')).toBe('true')
  })
})
