import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // `pnpm check` runs tsc over every package; a second pass here would only slow the first `./berth up`.
  typescript: { ignoreBuildErrors: true },
  // Nothing here needs the optimizer, and its endpoint fetches and decodes what a URL tells it to.
  images: { unoptimized: true },
  // The agents' and the panel's traffic is mostly on the local network, and console and events must not be buffered.
  compress: true,
  agentRules: false,
  devIndicators: false,
  // Browsers ask for it beside what is no page: metrics, an answer of the API.
  rewrites: () => Promise.resolve([{ source: '/favicon.ico', destination: '/icon.svg' }]),
  allowedDevOrigins: ['127.0.0.1', 'localhost'],
}

export default config
