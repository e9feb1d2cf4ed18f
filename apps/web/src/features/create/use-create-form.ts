'use client'
import { useEffect, useState } from 'react'
import { type CreateForm, readForm, writeForm } from './create-form.ts'

const storageKey = 'berth.create'

/** The form of this tab, kept through reloads and failures until a machine was made of it. */
export function useCreateForm(fresh: (form: CreateForm) => CreateForm) {
  const [form, setForm] = useState(() => {
    const stored = window.sessionStorage.getItem(storageKey)
    return stored === null ? fresh(readForm(null)) : readForm(stored)
  })
  const [isKept, setIsKept] = useState(true)
  useEffect(() => {
    if (isKept) window.sessionStorage.setItem(storageKey, writeForm(form))
    else window.sessionStorage.removeItem(storageKey)
  }, [form, isKept])
  return {
    form,
    change: (part: Partial<CreateForm>) => setForm((current) => ({ ...current, ...part })),
    forget: () => setIsKept(false),
  }
}
