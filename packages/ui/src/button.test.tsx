// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Button } from './button.tsx'

afterEach(cleanup)

describe('Button', () => {
  it('with a reason stays in the tab order, says the reason, and does nothing', async () => {
    const onClick = vi.fn()
    const user = userEvent.setup()
    render(
      <Button disabledReason="It runs already" onClick={onClick}>
        Start
      </Button>,
    )
    const button = screen.getByRole('button', { name: 'Start' })
    await user.tab()
    expect(document.activeElement).toBe(button)
    expect(button.getAttribute('aria-disabled')).toBe('true')
    expect((await screen.findByRole('tooltip')).textContent).toBe('It runs already')
    await user.keyboard('{Enter}')
    await user.click(button)
    expect(onClick).not.toHaveBeenCalled()
  })

  it('while pending keeps its name and swallows a second click', async () => {
    const onClick = vi.fn()
    const user = userEvent.setup()
    const { rerender } = render(<Button onClick={onClick}>Create</Button>)
    await user.click(screen.getByRole('button', { name: 'Create' }))
    rerender(
      <Button onClick={onClick} pending>
        Create
      </Button>,
    )
    await user.click(screen.getByRole('button', { name: 'Create' }))
    expect(onClick).toHaveBeenCalledTimes(1)
    expect(screen.getByRole('button').getAttribute('aria-busy')).toBe('true')
  })

  it('does not submit a form unless told to, and never while blocked', async () => {
    const onSubmit = vi.fn((event: { preventDefault: () => void }) => event.preventDefault())
    const user = userEvent.setup()
    render(
      <form onSubmit={onSubmit}>
        <Button>Plain</Button>
        <Button type="submit" disabledReason="A name is missing">
          Create
        </Button>
        <Button type="submit">Save</Button>
      </form>,
    )
    await user.click(screen.getByRole('button', { name: 'Plain' }))
    await user.click(screen.getByRole('button', { name: 'Create' }))
    expect(onSubmit).not.toHaveBeenCalled()
    await user.click(screen.getByRole('button', { name: 'Save' }))
    expect(onSubmit).toHaveBeenCalledTimes(1)
  })
})
