'use client'
import { Check } from 'lucide-react'
import * as Slot from 'radix-ui/slot'
import { type KeyboardEvent, type MouseEvent, type ReactElement, type ReactNode, useState } from 'react'
import { cn } from './cn.ts'
import { Kbd } from './kbd.tsx'
import { late, useLate } from './late.ts'
import { useMenuParts } from './menu-parts.ts'

export interface DropdownMenuProps {
  /** The button; takes focus back when the menu closes. */
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'center' | 'end' | undefined
  side?: 'top' | 'right' | 'bottom' | 'left' | undefined
  open?: boolean | undefined
  onOpenChange?: ((open: boolean) => void) | undefined
}

const surface = late(() => import('./menu-surface.tsx'))

/**
 * A button with a menu. Until it is first wanted it is only the button: the menu's code weighs as much as a page's own, and
 * most visits open none. Pointing at it or reaching it by key fetches the code ahead.
 */
export function DropdownMenu(props: DropdownMenuProps) {
  const { trigger, open, onOpenChange } = props
  const [openedBy, setOpenedBy] = useState<'key' | 'pointer' | null>(null)
  const [wishes, setWishes] = useState(open === true ? 1 : 0)
  if (open === true && wishes === 0) setWishes(1)
  const loaded = useLate(surface, wishes)
  if (loaded) return <loaded.MenuSurface {...props} openedBy={openedBy} />
  const want = (by: 'key' | 'pointer') => {
    setOpenedBy(by)
    setWishes(wishes + 1)
    onOpenChange?.(true)
  }
  return (
    <Slot.Root
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={surface.preload}
      onFocus={surface.preload}
      onClick={(event: MouseEvent) => !event.defaultPrevented && want(event.detail === 0 ? 'key' : 'pointer')}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== 'ArrowDown') return
        event.preventDefault()
        want('key')
      }}
    >
      {trigger}
    </Slot.Root>
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
  const { Item } = useMenuParts()
  if (asChild) {
    return (
      <Item asChild className={cn(itemClasses, '[&>svg]:text-ink-3')}>
        {children}
      </Item>
    )
  }
  const blocked = Boolean(disabledReason)
  return (
    <Item
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
    </Item>
  )
}

export interface MenuCheckItemProps {
  checked: boolean
  onCheckedChange: (checked: boolean) => void
  children: ReactNode
}

/** Stays open on choice, for choosing columns or filters. */
export function MenuCheckItem({ checked, onCheckedChange, children }: MenuCheckItemProps) {
  const { CheckboxItem } = useMenuParts()
  return (
    <CheckboxItem
      checked={checked}
      onCheckedChange={onCheckedChange}
      onSelect={(event) => event.preventDefault()}
      className={itemClasses}
    >
      <span className="text-accent-ink grid size-4 place-items-center">{checked && <Check aria-hidden />}</span>
      {children}
    </CheckboxItem>
  )
}

export interface MenuRadioGroupProps<Value extends string> {
  label: string
  value: Value
  onValueChange: (value: Value) => void
  /** With `disabledReason` it stays in the arrow-key order and shows the reason below its name. */
  options: readonly { value: Value; label: ReactNode; icon?: ReactNode; disabledReason?: string | null }[]
}

/** One of a few, chosen in the menu, which stays open to show the effect. */
export function MenuRadioGroup<Value extends string>(props: MenuRadioGroupProps<Value>) {
  const { label, value, onValueChange, options } = props
  const { RadioGroup, RadioItem } = useMenuParts()
  return (
    <RadioGroup value={value} aria-label={label}>
      {options.map((option) => (
        <RadioItem
          key={option.value}
          value={option.value}
          aria-disabled={Boolean(option.disabledReason) || undefined}
          onSelect={(event) => {
            event.preventDefault()
            if (!option.disabledReason) onValueChange(option.value)
          }}
          className={cn(itemClasses, option.disabledReason && 'cursor-not-allowed')}
        >
          <span className={cn('text-ink-3', option.disabledReason && 'opacity-50')}>{option.icon}</span>
          <span className="min-w-0 flex-1">
            <span className={cn('block', option.disabledReason && 'text-ink-3')}>{option.label}</span>
            {option.disabledReason && (
              <span className="text-ink-3 block max-w-60 text-xs">{option.disabledReason}</span>
            )}
          </span>
          {option.value === value && <Check aria-hidden className="text-accent-ink" />}
        </RadioItem>
      ))}
    </RadioGroup>
  )
}

export function MenuSeparator() {
  const { Separator } = useMenuParts()
  return <Separator className="bg-line mx-1 my-1 h-px" />
}

export function MenuLabel({ children }: { children: ReactNode }) {
  const { Label } = useMenuParts()
  return <Label className="text-ink-3 px-2 pt-1.5 pb-1 text-xs">{children}</Label>
}
