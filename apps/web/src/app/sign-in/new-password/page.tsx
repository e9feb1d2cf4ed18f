import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { NewPasswordForm } from '../../../features/sign-in/new-password-form.tsx'
import { SignInFrame } from '../../../features/sign-in/sign-in-frame.tsx'
import { paths, safeNext } from '../../../lib/paths.ts'
import { findSignedIn } from '../../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Choose a password' }
export const dynamic = 'force-dynamic'

interface NewPasswordPageProps {
  searchParams: Promise<{ next?: string | string[] }>
}

export default async function NewPasswordPage({ searchParams }: NewPasswordPageProps) {
  const { next } = await searchParams
  const after = safeNext(typeof next === 'string' ? next : undefined) ?? paths.dashboard()
  const signedIn = await findSignedIn()
  if (signedIn === null) redirect(paths.signIn(after))
  if (!signedIn.mustChangePassword) redirect(after)
  return (
    <SignInFrame>
      <NewPasswordForm after={after} email={signedIn.viewer.email} given={null} />
    </SignInFrame>
  )
}
