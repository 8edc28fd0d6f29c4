// Entry of the studio's page.
import './style.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { keepToken } from './lib/token.ts'

keepToken()
mount(App, { target: document.getElementById('app')! })
