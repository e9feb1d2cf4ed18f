'use client'
import { Button, type ButtonProps } from './button.tsx'
import { cn } from './cn.ts'

export interface IconButtonProps extends Omit<ButtonProps, 'aria-label' | 'tooltip'> {
  /** Accessible name, and the tooltip while the button can be used. */
  label: string
}

export function IconButton({ label, size = 'md', variant = 'ghost', className, ...rest }: IconButtonProps) {
  const box = { sm: 'size-7', md: 'size-8', lg: 'size-10' }[size]
  return (
    <Button
      {...rest}
      variant={variant}
      size={size}
      aria-label={label}
      tooltip={label}
      className={cn(box, 'px-0', className)}
    />
  )
}
