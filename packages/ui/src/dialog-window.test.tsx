// @vitest-environment jsdom
import { cleanup, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { Button } from './button.tsx'
import { DialogWindow } from './dialog-window.tsx'
import { TextField } from './text-field.tsx'

afterEach(cleanup)

const around = { open: true, onOpenChange: () => undefined, title: 'Insert an ISO' }

it('takes the focus itself where its close button is all that can have it, and shows no tooltip', async () => {
  render(<DialogWindow {...around} children="Reading …" footer={<Button disabled>Insert</Button>} />)
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('dialog')))
  expect(screen.queryByRole('tooltip')).toBeNull()
})

it('gives it to its first field otherwise', async () => {
  render(<DialogWindow {...around} children={<TextField label="Name" />} />)
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Name' })))
})
