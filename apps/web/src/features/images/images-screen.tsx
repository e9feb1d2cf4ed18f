'use client'
import { Button } from '@berth/ui/button'
import { EmptyState } from '@berth/ui/empty-state'
import { LoadMore } from '@berth/ui/load-more'
import { PageHeader } from '@berth/ui/page-header'
import { Skeleton } from '@berth/ui/skeleton'
import { TextField } from '@berth/ui/text-field'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Disc3, Download, Search } from 'lucide-react'
import { usePathname, useSearchParams } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { useTRPC } from '../../lib/trpc/trpc-context.ts'
import { QueryError } from '../shell/query-error.tsx'
import { ImageCard } from './image-card.tsx'
import { ImageDrawer } from './image-drawer.tsx'
import { imageListInput } from './image-list-query.ts'
import { draftOfImage, type ImportDraft } from './import-draft.ts'
import { ImportImageDialog } from './import-image-dialog.tsx'

/** All images; the one that is named in the address lies open over them. */
export function ImagesScreen({ isAdmin }: { isAdmin: boolean }) {
  const search = useSearchParams().get('q') ?? ''
  const openId = usePathname().split('/')[2] ?? null
  const [form, setForm] = useState<{ key: number; initial?: ImportDraft }>({ key: 0 })
  const [isImporting, setIsImporting] = useState(false)
  const query = { q: search }
  // Without the router: list and drawer are one page, and going back must not load it again.
  const go = (imageId: string | null) =>
    window.history.pushState(null, '', imageId === null ? paths.images(query) : paths.image(imageId))
  const tryAgain = (image: Parameters<typeof draftOfImage>[0]) => {
    setForm({ key: form.key + 1, initial: draftOfImage(image) })
    go(null)
    setIsImporting(true)
  }
  const importButton = (
    <Button
      variant="primary"
      onClick={() => setIsImporting(true)}
      disabledReason={isAdmin ? null : 'Only administrators import images'}
    >
      <Download aria-hidden />
      Import image
    </Button>
  )
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title="Images" meta="What machines are made from" actions={importButton} />
      <ImageGrid search={search} onOpen={go} importButton={importButton} />
      <ImageDrawer imageId={openId} isAdmin={isAdmin} onClose={() => go(null)} onTryAgain={tryAgain} />
      <ImportImageDialog
        key={form.key}
        open={isImporting}
        onOpenChange={setIsImporting}
        {...(form.initial === undefined ? {} : { initial: form.initial })}
      />
    </div>
  )
}

interface ImageGridProps {
  search: string
  onOpen: (imageId: string) => void
  importButton: ReactNode
}

function ImageGrid({ search, onOpen, importButton }: ImageGridProps) {
  const trpc = useTRPC()
  const query = useInfiniteQuery({
    ...trpc.image.list.infiniteQueryOptions(imageListInput(search), { getNextPageParam: (page) => page.nextCursor }),
    placeholderData: keepPreviousData,
  })
  if (query.isPending) return <GridSkeleton />
  if (query.isError) return <QueryError query={query} />
  const images = query.data.pages.flatMap((page) => page.items)
  if (images.length === 0 && search === '') {
    return (
      <EmptyState icon={<Disc3 />} title="No images yet" action={importButton}>
        Import a cloud image of Debian, Ubuntu, Rocky Linux and others, or any disk image by its address.
      </EmptyState>
    )
  }
  return (
    <>
      <SearchImages search={search} />
      {images.length === 0 && (
        <EmptyState icon={<Search />} title={`No image is called “${search}”`} children="Parts of a name are enough." />
      )}
      <ul aria-label="Images" className="grid gap-3 sm:grid-cols-2 2xl:grid-cols-3">
        {images.map((image) => (
          <ImageCard key={image.imageId} image={image} onOpen={() => onOpen(image.imageId)} />
        ))}
      </ul>
      {query.hasNextPage && (
        <LoadMore
          shown={images.length}
          hasMore
          loading={query.isFetchingNextPage}
          onLoadMore={() => void query.fetchNextPage()}
        />
      )}
    </>
  )
}

function SearchImages({ search }: { search: string }) {
  return (
    <TextField
      label="Search images"
      hideLabel
      type="search"
      placeholder="Search by name"
      leading={<Search aria-hidden />}
      value={search}
      onChange={(event) => window.history.replaceState(null, '', paths.images({ q: event.target.value }))}
      className="w-full sm:max-w-xs"
    />
  )
}

function GridSkeleton() {
  return (
    <div aria-busy className="grid gap-3 sm:grid-cols-2 2xl:grid-cols-3">
      {[0, 1, 2].map((card) => (
        <Skeleton key={card} className="h-36 rounded-lg" />
      ))}
    </div>
  )
}
