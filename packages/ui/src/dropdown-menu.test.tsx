// @vitest-environment jsdom
import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { DropdownMenu, MenuItem, MenuRadioGroup } from './dropdown-menu.tsx'

// Reading it takes longer on a busy computer than a test waits for what it shows.
beforeAll(async () => void (await import('./menu-surface.tsx')))
afterEach(cleanup)

describe('DropdownMenu', () => {
  it('is a button that says it has a menu, opens by pointer, and takes the focus back', async () => {
    const onSelect = vi.fn()
    const user = userEvent.setup()
    render(
      <DropdownMenu trigger={<button type="button">More</button>}>
        <MenuItem onSelect={onSelect}>Reboot</MenuItem>
      </DropdownMenu>,
    )
    const button = screen.getByRole('button', { name: 'More' })
    expect(button.getAttribute('aria-haspopup')).toBe('menu')
    expect(button.getAttribute('aria-expanded')).toBe('false')
    await user.click(button)
    await screen.findByRole('menuitem', { name: 'Reboot' })
    await user.keyboard('{Escape}')
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More' }))
    expect(onSelect).not.toHaveBeenCalled()
  })
})

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
    const item = await screen.findByRole('menuitem', { name: /Migrate/ })
    await waitFor(() => expect(document.activeElement).toBe(item))
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
    await user.keyboard('{Enter}')
    const light = await screen.findByRole('menuitemradio', { name: 'Light' })
    await waitFor(() => expect(document.activeElement).toBe(light))
    await user.keyboard('{ArrowDown}{Enter}')
    expect(onValueChange).toHaveBeenCalledExactlyOnceWith('dark')
    expect(screen.getByRole('menuitemradio', { name: 'Light' }).getAttribute('aria-checked')).toBe('true')
  })
})
