import { Logo } from '../shell/logo.tsx'
import { ThemeControl } from '../theme/theme-control.tsx'
import { HarbourPicture } from './harbour-picture.tsx'
import { SignInForm } from './sign-in-form.tsx'

export function SignInScreen({ after }: { after: string }) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(26rem,1fr)_minmax(0,1.15fr)]">
      <main className="flex flex-col px-6 py-6 sm:px-10">
        <Logo />
        <div className="grid flex-1 place-items-center py-10">
          <div className="w-full max-w-sm">
            <h1 className="text-2xl font-semibold">Sign in</h1>
            <p className="text-ink-2 mt-1 mb-7 text-sm">Your machines, on your own hosts.</p>
            <SignInForm after={after} />
          </div>
        </div>
        <footer className="text-ink-3 flex flex-wrap items-center justify-between gap-3 text-xs">
          <span>Lost the password? Ask an administrator of this panel.</span>
          <ThemeControl />
        </footer>
      </main>
      <aside aria-hidden className="border-line bg-sunken relative hidden overflow-hidden border-l lg:block">
        <HarbourPicture />
      </aside>
    </div>
  )
}
