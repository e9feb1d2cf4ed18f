// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { CopyButton } from './copy-button.tsx'

afterEach(cleanup)

describe('CopyButton', () => {
  it('copies where the browser has a clipboard', async () => {
    const user = userEvent.setup()
    vi.stubGlobal('isSecureContext', true)
    render(<CopyButton text="10.20.0.14" />)
    await user.click(screen.getByRole('button', { name: 'Copy' }))
    expect(await screen.findByRole('button', { name: 'Copied' })).toBeDefined()
    expect(await navigator.clipboard.readText()).toBe('10.20.0.14')
  })

  it('says so when the browser refuses (plain http, no execCommand)', async () => {
    const user = userEvent.setup()
    vi.stubGlobal('isSecureContext', false)
    document.execCommand = () => false
    render(<CopyButton text="x" />)
    await user.click(screen.getByRole('button', { name: 'Copy' }))
    expect(await screen.findByRole('button', { name: /refused/ })).toBeDefined()
    expect(document.querySelector('textarea')).toBeNull()
  })
})
