/** A machine's page as a person uses it: by roles and labels. */
import { expect, type Locator, type Page } from '@playwright/test'
import type { Rgb, ScreenSize } from '../guests/tiny-picture.ts'
import { bootTimeoutMs } from './serial-viewer.ts'

interface ScreenPixels extends ScreenSize {
  bytes: number[]
}

export class MachinePage {
  readonly page: Page
  readonly name: string

  constructor(page: Page, name: string) {
    this.page = page
    this.name = name
  }

  get screen(): Locator {
    return this.page.getByRole('application', { name: `Screen of ${this.name}` })
  }

  get serial(): Locator {
    return this.page.getByRole('group', { name: `Serial console of ${this.name}` })
  }

  /** "Connected", and the rest: of the console. */
  get link(): Locator {
    return this.page
      .getByRole('region', { name: new RegExp(`of ${this.name}$`) })
      .getByRole('status')
      .first()
  }

  async openTab(tab: string): Promise<void> {
    await this.page
      .getByRole('navigation', { name: `Pages of ${this.name}` })
      .getByRole('link', { name: tab })
      .click()
  }

  async openConsole(kind: 'Screen' | 'Serial'): Promise<void> {
    await this.openTab('Console')
    await this.page.getByRole('radio', { name: kind }).click()
    await expect(this.link).toContainText('Connected', { timeout: 30_000 })
  }

  async expectState(word: string, timeoutMs = 60_000): Promise<void> {
    await expect(this.page.getByRole('main').getByText(word, { exact: true }).first()).toBeVisible({
      timeout: timeoutMs,
    })
  }

  async choose(verb: string): Promise<void> {
    await this.page.getByRole('button', { name: `Actions on ${this.name}` }).click()
    await this.page.getByRole('menuitem', { name: verb }).click()
  }

  /** All lines of the terminal, scrollback included: xterm draws on a canvas and answers this event with its text. */
  async serialText(): Promise<string> {
    return this.serial.evaluate((element) => {
      const event = new CustomEvent('berth-read-text', { detail: { text: '' } })
      element.dispatchEvent(event)
      return event.detail.text
    })
  }

  async typeSerial(text: string): Promise<void> {
    await this.serial.getByRole('textbox').focus()
    await this.page.keyboard.type(text)
    await this.page.keyboard.press('Enter')
  }

  async expectSerial(pattern: RegExp, timeoutMs = 20_000): Promise<void> {
    await expect
      .poll(() => this.serialText(), { message: `serial of ${this.name}`, timeout: timeoutMs })
      .toMatch(pattern)
  }

  async logInOnSerial(): Promise<void> {
    await this.expectSerial(/login:\s*$/, bootTimeoutMs)
    await this.typeSerial('root')
    await this.expectSerial(/# ?$/)
  }

  /** What the canvas shows, in the machine's own resolution. */
  async screenPixels(): Promise<ScreenSize & { colourAt: (x: number, y: number) => Rgb }> {
    const shown: ScreenPixels = await this.screen.evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas
      const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? []
      return { width, height, bytes: [...data] }
    })
    const { width, height, bytes } = shown
    const byte = (at: number): number => bytes[at] ?? -1
    return {
      width,
      height,
      colourAt: (x, y) => {
        const at = (y * width + x) * 4
        return [byte(at), byte(at + 1), byte(at + 2)]
      },
    }
  }

  /** Letters of another case with their Shift: what is typed goes to the guest key by key. */
  async typeOnScreen(text: string): Promise<void> {
    await this.screen.focus()
    for (const letter of text) {
      const isUpper = letter !== letter.toLowerCase()
      await this.page.keyboard.press(isUpper ? `Shift+${letter}` : letter === ' ' ? 'Space' : letter)
    }
  }
}
