'use client'
// Inside the shell, so that the nav stays when a page fails.
export { default } from '../error.tsx'
