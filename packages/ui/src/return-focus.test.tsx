// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactElement } from 'react'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DropdownMenu, MenuItem } from './dropdown-menu.tsx'
import { Popover } from './popover.tsx'

// Reading it takes longer on a busy computer than a test waits for what it shows.
beforeAll(async () => void (await import('./menu-surface.tsx')))
afterEach(cleanup)

const trigger = <button type="button">More</button>
const layers: Record<string, { role: string; layer: ReactElement }> = {
  popover: { role: 'dialog', layer: <Popover {...{ label: 'More', trigger }}>Words</Popover> },
  menu: {
    role: 'menu',
    layer: (
      <DropdownMenu trigger={trigger}>
        <MenuItem>Reboot</MenuItem>
      </DropdownMenu>
    ),
  },
}

describe.each(Object.entries(layers))('a %s that closes', (_, { role, layer }) => {
  async function opened(): Promise<HTMLElement> {
    const user = userEvent.setup()
    render(
      <>
        {layer}
        <input aria-label="Elsewhere" />
      </>,
    )
    await user.click(screen.getByRole('button', { name: 'More' }))
    return screen.findByRole(role)
  }
  const closed = () => waitFor(() => expect(screen.queryByRole(role)).toBeNull())

  it('gives the focus back to its button', async () => {
    fireEvent.keyDown(await opened(), { key: 'Escape' })
    await closed()
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More' })))
  })

  it('leaves it to whoever has it by then', async () => {
    const surface = await opened()
    // The primitive's own moment, a turn of the loop after the layer has gone.
    const returned = new Promise((resolve) => surface.addEventListener('focusScope.autoFocusOnUnmount', resolve))
    fireEvent.keyDown(surface, { key: 'Escape' })
    const elsewhere = screen.getByLabelText('Elsewhere')
    elsewhere.focus()
    await closed()
    await returned
    expect(document.activeElement).toBe(elsewhere)
  })
})
