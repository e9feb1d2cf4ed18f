'use client'
import { useEffect, useState } from 'react'
import { type CreateForm, readForm, writeForm } from './create-form.ts'

const storageKey = 'berth.create'

/** The form of this tab. What was changed in it is kept through reloads and failures until a machine was made of it. */
export function useCreateForm(fresh: (form: CreateForm) => CreateForm) {
  const [{ form, isDraft }, setState] = useState(() => {
    const stored = window.sessionStorage.getItem(storageKey)
    return stored === null ? { form: fresh(readForm(null)), isDraft: false } : { form: readForm(stored), isDraft: true }
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
