/** Hosts as piers and machines as ships in their berths, seen from above: decoration. */
const piers = [
  { y: 60, ships: [0, 1, 3, 4, 6] },
  { y: 210, ships: [0, 2, 3, 5] },
  { y: 360, ships: [1, 2, 3, 4, 5, 6] },
  { y: 510, ships: [0, 1, 4] },
]

export function HarbourPicture() {
  return (
    <svg viewBox="0 0 640 640" preserveAspectRatio="xMidYMid slice" className="absolute inset-0 size-full">
      <defs>
        <linearGradient id="harbour-fade" x1="0" x2="1" y1="0" y2="0">
          <stop offset="0" stopColor="var(--sunken)" />
          <stop offset="0.35" stopColor="var(--sunken)" stopOpacity="0" />
        </linearGradient>
        <pattern id="harbour-water" width="32" height="32" patternUnits="userSpaceOnUse">
          <circle cx="2" cy="2" r="1" className="fill-line" />
        </pattern>
      </defs>
      <rect width="640" height="640" fill="url(#harbour-water)" />
      <g transform="rotate(-18 320 320) translate(20 0)">
        {piers.map((pier) => (
          <g key={pier.y} transform={`translate(40 ${pier.y})`}>
            <rect width="700" height="14" rx="7" className="fill-line" />
            {Array.from({ length: 7 }, (_, berth) => (
              <g key={berth} transform={`translate(${24 + berth * 92} 22)`}>
                <path d="M0 0v58M64 0v58" className="stroke-line" strokeWidth="5" strokeLinecap="round" />
                {pier.ships.includes(berth) && <Ship isBright={(berth + pier.y) % 4 === 0} />}
              </g>
            ))}
          </g>
        ))}
      </g>
      <rect width="640" height="640" fill="url(#harbour-fade)" />
    </svg>
  )
}

function Ship({ isBright }: { isBright: boolean }) {
  return (
    <g className={isBright ? 'text-accent' : 'text-ink-3'} opacity={isBright ? 1 : 0.32}>
      <path d="M14 10a8 8 0 0 1 8-8h20a8 8 0 0 1 8 8v34c0 20-9 34-18 44-9-10-18-24-18-44z" fill="currentColor" />
      <rect x="23" y="14" width="18" height="20" rx="4" className="fill-sunken" opacity="0.55" />
    </g>
  )
}
