'use client'
import { Check } from 'lucide-react'
import * as Radix from 'radix-ui/dropdown-menu'
import type { ReactElement, ReactNode } from 'react'
import { cn } from './cn.ts'
import { Kbd } from './kbd.tsx'

export interface DropdownMenuProps {
  /** The button; takes focus back when the menu closes. */
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'center' | 'end' | undefined
  side?: 'top' | 'right' | 'bottom' | 'left' | undefined
  open?: boolean | undefined
  onOpenChange?: ((open: boolean) => void) | undefined
}

export function DropdownMenu({
  trigger,
  children,
  align = 'end',
  side = 'bottom',
  open,
  onOpenChange,
}: DropdownMenuProps) {
  return (
    <Radix.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={5}
          collisionPadding={8}
          className="animate-pop border-line bg-raised z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 overflow-y-auto rounded-lg border p-1 shadow-md focus:outline-none"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

const itemClasses =
  'flex min-h-8 items-center gap-2.5 rounded-sm px-2 py-1 text-sm outline-none select-none data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0'

export interface MenuItemProps {
  icon?: ReactNode
  children: ReactNode
  /** For a link: <MenuItem asChild><Link/></MenuItem>. */
  asChild?: boolean | undefined
  onSelect?: (() => void) | undefined
  tone?: 'danger' | undefined
  shortcut?: string | undefined
  /** It stays in the arrow-key order and shows the reason below its name. */
  disabledReason?: string | null | undefined
}

export function MenuItem({ icon, children, asChild, onSelect, tone, shortcut, disabledReason }: MenuItemProps) {
  if (asChild) {
    return (
      <Radix.Item asChild className={cn(itemClasses, '[&>svg]:text-ink-3')}>
        {children}
      </Radix.Item>
    )
  }
  const blocked = Boolean(disabledReason)
  return (
    <Radix.Item
      aria-disabled={blocked || undefined}
      onSelect={(event) => {
        if (blocked) event.preventDefault()
        else onSelect?.()
      }}
      className={cn(
        itemClasses,
        tone === 'danger' && 'text-bad-ink data-highlighted:bg-bad-soft',
        blocked && 'cursor-not-allowed',
      )}
    >
      {icon !== undefined && (
        <span className={cn(tone === 'danger' ? 'text-bad-ink' : 'text-ink-3', blocked && 'opacity-50')}>{icon}</span>
      )}
      <span className="min-w-0 flex-1">
        <span className={cn('block', blocked && 'text-ink-3')}>{children}</span>
        {blocked && <span className="text-ink-3 block max-w-60 text-xs">{disabledReason}</span>}
      </span>
      {shortcut !== undefined && <Kbd>{shortcut}</Kbd>}
    </Radix.Item>
  )
}

export interface MenuCheckItemProps {
  checked: boolean
  onCheckedChange: (checked: boolean) => void
  children: ReactNode
}

/** Stays open on choice, for choosing columns or filters. */
export function MenuCheckItem({ checked, onCheckedChange, children }: MenuCheckItemProps) {
  return (
    <Radix.CheckboxItem
      checked={checked}
      onCheckedChange={onCheckedChange}
      onSelect={(event) => event.preventDefault()}
      className={itemClasses}
    >
      <span className="text-accent-ink grid size-4 place-items-center">{checked && <Check aria-hidden />}</span>
      {children}
    </Radix.CheckboxItem>
  )
}

export interface MenuRadioGroupProps<Value extends string> {
  label: string
  value: Value
  onValueChange: (value: Value) => void
  options: readonly { value: Value; label: ReactNode; icon?: ReactNode }[]
}

/** One of a few, chosen in the menu, which stays open to show the effect. */
export function MenuRadioGroup<Value extends string>(props: MenuRadioGroupProps<Value>) {
  const { label, value, onValueChange, options } = props
  return (
    <Radix.RadioGroup value={value} aria-label={label}>
      {options.map((option) => (
        <Radix.RadioItem
          key={option.value}
          value={option.value}
          onSelect={(event) => {
            event.preventDefault()
            onValueChange(option.value)
          }}
          className={itemClasses}
        >
          <span className="text-ink-3">{option.icon}</span>
          <span className="flex-1">{option.label}</span>
          {option.value === value && <Check aria-hidden className="text-accent-ink" />}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}

export function MenuSeparator() {
  return <Radix.Separator className="bg-line mx-1 my-1 h-px" />
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="text-ink-3 px-2 pt-1.5 pb-1 text-xs">{children}</Radix.Label>
}
