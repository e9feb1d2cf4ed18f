/** A ship in its berth, seen from above. */
export function LogoMark({ className = 'size-7' }: { className?: string | undefined }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M7.75 8v10.5a6 6 0 0 0 6 6h4.5a6 6 0 0 0 6-6V8"
        fill="none"
        stroke="#fff"
        strokeWidth="2.75"
        strokeLinecap="round"
      />
      <path
        d="M12.25 8.5a2 2 0 0 1 2-2h3.5a2 2 0 0 1 2 2v5c0 2.9-1.5 5.1-3.75 7-2.25-1.9-3.75-4.1-3.75-7z"
        fill="#fff"
      />
    </svg>
  )
}

export function Logo() {
  return (
    <span className="inline-flex items-center gap-2.5">
      <LogoMark />
      <span className="text-lg font-semibold tracking-[-0.02em]">Berth</span>
    </span>
  )
}
