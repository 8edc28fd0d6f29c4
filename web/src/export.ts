// Entry of an exported page: one run, from what the page itself holds.
import './style.css'
import { mount } from 'svelte'
import Export from './Export.svelte'

mount(Export, { target: document.getElementById('app')! })
