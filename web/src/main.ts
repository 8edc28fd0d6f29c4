// Entry of the studio's page.
import './style.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { session, watchForTokens } from './lib/session.svelte.ts'

watchForTokens()
await session.open()
mount(App, { target: document.getElementById('app')! })
