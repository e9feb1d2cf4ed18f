import { join } from 'node:path'
import { expect, it } from 'vitest'
import { renderErrorsDocument } from './errors-document.ts'

it('is what docs/errors.md says', async () => {
  await expect(renderErrorsDocument()).toMatchFileSnapshot(join(import.meta.dirname, '../../../../docs/errors.md'))
})
