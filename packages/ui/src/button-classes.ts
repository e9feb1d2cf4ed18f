import { cva } from 'class-variance-authority'

/** A button's looks, apart from its code: a page that the server renders alone needs only these. */
export const buttonClasses = cva(
  'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors duration-100 select-none aria-disabled:cursor-not-allowed aria-disabled:opacity-50 disabled:cursor-not-allowed disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'bg-accent text-on-accent shadow-xs not-aria-disabled:hover:bg-accent-hover',
        secondary:
          'border border-line bg-surface text-ink shadow-xs not-aria-disabled:hover:border-line-control not-aria-disabled:hover:bg-hover not-aria-disabled:active:bg-pressed',
        ghost:
          'text-ink-2 not-aria-disabled:hover:bg-hover not-aria-disabled:hover:text-ink not-aria-disabled:active:bg-pressed',
        danger: 'bg-bad-solid text-white shadow-xs not-aria-disabled:hover:bg-bad-solid-hover',
        'danger-ghost': 'text-bad-ink not-aria-disabled:hover:bg-bad-soft',
        link: 'h-auto! px-0! text-accent-ink underline-offset-3 not-aria-disabled:hover:underline',
      },
      size: {
        sm: 'h-7 px-2.5 text-xs',
        md: 'h-8 px-3 text-sm',
        lg: 'h-10 px-4 text-base',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
)
