import { cn } from './cn.ts'

/** A grey place-holder of the size its classes give; hidden from screen readers (the region says aria-busy). */
export function Skeleton({ className }: { className?: string | undefined }) {
  return <div aria-hidden className={cn('animate-shimmer bg-pressed h-4 rounded-sm', className)} />
}
