// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TextField } from './text-field.tsx'

afterEach(cleanup)

describe('TextField', () => {
  it('ties label, hint and error to the box', () => {
    render(<TextField label="Name" hint="Lower-case letters" error="Taken" defaultValue="web-1" />)
    const box = screen.getByRole('textbox', { name: 'Name' })
    expect(box.getAttribute('aria-invalid')).toBe('true')
    const described = (box.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent)
    expect(described).toEqual(['Taken', 'Lower-case letters'])
  })

  it('without an error is not invalid', () => {
    render(<TextField label="Name" />)
    const box = screen.getByRole('textbox', { name: 'Name' })
    expect(box.hasAttribute('aria-invalid')).toBe(false)
    expect(box.hasAttribute('aria-describedby')).toBe(false)
  })

  it('keeps what is typed before the page listens, and tells it', () => {
    const told = vi.fn()
    function Search() {
      const [text, setText] = useState('')
      const type = (next: string) => {
        told(next)
        setText(next)
      }
      return <TextField label={`Search ${text}`} value={text} onChange={(event) => type(event.target.value)} />
    }
    const page = document.body.appendChild(document.createElement('div'))
    page.innerHTML = renderToString(<Search />)
    const box = screen.getByRole<HTMLInputElement>('textbox')
    box.value = 'flt-web'
    render(<Search />, { container: page, hydrate: true })
    expect(told.mock.calls).toEqual([['flt-web']])
    expect(screen.getByRole('textbox', { name: 'Search flt-web' })).toBe(box)
    expect(box.value).toBe('flt-web')
  })
})
