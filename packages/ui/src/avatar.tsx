import { cn } from './cn.ts'

/** Initials of a person or a token; decoration beside a name. */
export function Avatar({ name, className }: { name: string; className?: string | undefined }) {
  const parts = name.split(/[\s@._-]+/).filter(Boolean)
  const initials = [parts[0]?.[0], parts.length > 1 ? parts[1]?.[0] : undefined].filter(Boolean).join('').toUpperCase()
  return (
    <span
      aria-hidden
      className={cn(
        'bg-accent-soft text-2xs text-accent-ink grid size-7 shrink-0 place-items-center rounded-full font-semibold',
        className,
      )}
    >
      {initials || '?'}
    </span>
  )
}
