import './globals.css'
import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { LostCodeWatch } from '../features/shell/lost-code-watch.tsx'
import { ThemeProvider } from '../features/theme/theme-provider.tsx'
import { parseTheme, themeCookie } from '../lib/theme.ts'

export const metadata: Metadata = {
  title: { default: 'Berth', template: '%s · Berth' },
  description: 'Virtual machines on your own hosts',
  robots: { index: false, follow: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f8f9fb' },
    { media: '(prefers-color-scheme: dark)', color: '#0b0e12' },
  ],
}

/** Reading the cookie here puts the theme into the first byte of HTML: no flash, and no inline script for the CSP. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(themeCookie)?.value)
  return (
    <html
      lang="en"
      className={`${GeistSans.variable} ${GeistMono.variable}`}
      {...(theme === 'auto' ? {} : { 'data-theme': theme })}
    >
      <body>
        <LostCodeWatch />
        <ThemeProvider initial={theme}>{children}</ThemeProvider>
      </body>
    </html>
  )
}
