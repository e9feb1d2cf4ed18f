// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ConfirmDialog } from './confirm-dialog.tsx'

// Reading it takes longer on a busy computer than a test waits for what it shows.
beforeAll(async () => void (await import('./dialog-window.tsx')))
afterEach(cleanup)

function Harness({ onConfirm, error }: { onConfirm: () => void; error?: string }) {
  const [open, setOpen] = useState(true)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        open
      </button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title="Delete web-1?"
        confirmLabel="Delete machine"
        typeToConfirm="web-1"
        error={error}
        onConfirm={onConfirm}
      />
    </>
  )
}

describe('ConfirmDialog', () => {
  it('confirms only after exactly the name was typed', async () => {
    const onConfirm = vi.fn()
    const user = userEvent.setup()
    render(<Harness onConfirm={onConfirm} />)
    const box = await screen.findByRole('textbox')
    expect(document.activeElement).toBe(box)
    await user.type(box, 'Web-1{Enter}')
    await user.click(screen.getByRole('button', { name: 'Delete machine' }))
    expect(onConfirm).not.toHaveBeenCalled()
    await user.clear(box)
    await user.type(box, 'web-1{Enter}')
    expect(onConfirm).toHaveBeenCalledTimes(1)
  })

  it('forgets what was typed when it closes', async () => {
    const user = userEvent.setup()
    render(<Harness onConfirm={() => undefined} />)
    await user.type(await screen.findByRole('textbox'), 'web-1')
    await user.click(screen.getByRole('button', { name: 'Cancel' }))
    expect(screen.queryByRole('dialog')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'open' }))
    expect(screen.getByRole('textbox')).toHaveProperty('value', '')
  })

  it('shows why it failed and keeps what was typed', async () => {
    const user = userEvent.setup()
    const { rerender } = render(<Harness onConfirm={() => undefined} />)
    await user.type(await screen.findByRole('textbox'), 'web-1')
    rerender(<Harness onConfirm={() => undefined} error="The host did not answer." />)
    expect(screen.getByRole('alert').textContent).toContain('The host did not answer.')
    expect(screen.getByRole('textbox')).toHaveProperty('value', 'web-1')
  })
})
