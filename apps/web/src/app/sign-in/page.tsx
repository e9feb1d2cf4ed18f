import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { SignInScreen } from '../../features/sign-in/sign-in-screen.tsx'
import { paths, safeNext } from '../../lib/paths.ts'
import { findSignedIn } from '../../lib/trpc/server-queries.ts'

export const metadata: Metadata = { title: 'Sign in' }
export const dynamic = 'force-dynamic'

interface SignInPageProps {
  searchParams: Promise<{ next?: string | string[] }>
}

export default async function SignInPage({ searchParams }: SignInPageProps) {
  const { next } = await searchParams
  const after = safeNext(typeof next === 'string' ? next : undefined) ?? paths.dashboard()
  const signedIn = await findSignedIn()
  if (signedIn) redirect(signedIn.mustChangePassword ? paths.newPassword(after) : after)
  return <SignInScreen after={after} />
}
