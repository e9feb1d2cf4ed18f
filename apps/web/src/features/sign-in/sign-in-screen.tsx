'use client'
import { useState } from 'react'
import { NewPasswordForm } from './new-password-form.tsx'
import { SignInForm } from './sign-in-form.tsx'
import { SignInFrame } from './sign-in-frame.tsx'

export interface GivenLogin {
  email: string
  password: string
}

/** Two steps for whoever comes with a password that somebody gave him; he need not type it twice. */
export function SignInScreen({ after }: { after: string }) {
  const [given, setGiven] = useState<GivenLogin | null>(null)
  if (given !== null) {
    return (
      <SignInFrame>
        <NewPasswordForm after={after} email={given.email} given={given.password} />
      </SignInFrame>
    )
  }
  return (
    <SignInFrame note="Lost the password? Ask an administrator of this panel.">
      <h1 className="text-2xl font-semibold">Sign in</h1>
      <p className="text-ink-2 mt-1 mb-7 text-sm">Your machines, on your own hosts.</p>
      <SignInForm after={after} onMustChangePassword={setGiven} />
    </SignInFrame>
  )
}
