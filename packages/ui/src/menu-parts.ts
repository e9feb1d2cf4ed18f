import type * as Radix from 'radix-ui/dropdown-menu'
import { createContext, use } from 'react'

type Parts = Pick<typeof Radix, 'Item' | 'CheckboxItem' | 'RadioGroup' | 'RadioItem' | 'Separator' | 'Label'>

/** What entries are made of, handed down by the open menu, so that naming an entry does not load the menu's code. */
export const MenuParts = createContext<Parts | null>(null)

export function useMenuParts(): Parts {
  const parts = use(MenuParts)
  if (parts === null) throw new Error('a menu entry outside of a menu')
  return parts
}
