'use client'
import { useEffect, useState } from 'react'
import { type CreateForm, readForm, writeForm } from './create-form.ts'

const storageKey = 'berth.create'

interface FormBeginnings {
  fresh: (empty: CreateForm) => CreateForm
  /** What was kept, as this visit wants it. */
  again: (kept: CreateForm) => CreateForm
}

/** The form of this tab. What was changed in it is kept through reloads and failures until a machine was made of it. */
export function useCreateForm({ fresh, again }: FormBeginnings) {
  const [{ form, isDraft }, setState] = useState(() => {
    const stored = window.sessionStorage.getItem(storageKey)
    if (stored === null) return { form: fresh(readForm(null)), isDraft: false }
    return { form: again(readForm(stored)), isDraft: true }
  })
  useEffect(() => {
    if (isDraft) window.sessionStorage.setItem(storageKey, writeForm(form))
    else window.sessionStorage.removeItem(storageKey)
  }, [form, isDraft])
  return {
    form,
    isDraft,
    change: (part: Partial<CreateForm>) =>
      setState((current) => ({ form: { ...current.form, ...part }, isDraft: true })),
    /** It stays on screen, and the next one begins anew. */
    forget: () => setState((current) => ({ ...current, isDraft: false })),
    discard: () => setState({ form: fresh(readForm(null)), isDraft: false }),
  }
}
