// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
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
})
