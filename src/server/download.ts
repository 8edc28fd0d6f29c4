// Answers that a browser saves as a file.

/** The header that names the file; names of runs may be of any script, and headers may not. */
export const asDownload = (file: string): { readonly 'content-disposition': string } => ({
  'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file).replaceAll("'", '%27')}`,
})
