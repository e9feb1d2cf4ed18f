// Not TypeScript: to read that, Next loads its compiler into the panel, which keeps 25 MB of it for as long as it runs.
import { PHASE_DEVELOPMENT_SERVER } from 'next/constants.js'

/** @type {import('next').NextConfig} */
const config = {
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

/**
 * A build is made in a folder of its own and moved from there (launcher/src/building/page-builds.ts): a panel that runs keeps
 * its own.
 *
 * @param {string} phase
 * @returns {import('next').NextConfig}
 */
export default (phase) => ({
  ...config,
  distDir: phase === PHASE_DEVELOPMENT_SERVER ? '.next' : (globalThis.berthDistDir ?? '.next/builds/making'),
})
