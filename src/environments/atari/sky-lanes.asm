; Sky Lanes: a small shooter for the Atari 2600, so that agents have a game of its pixels without anybody's ROM.
;
; Five lanes of sky, an enemy in each. The ship at the bottom moves left and right and has one shot at a time; an enemy that is shot
; pays 10 (lowest lane) to 50 (highest) and comes back after a while from one of the sides. Enemies drop a bomb when they are above the
; ship, and now and then anywhere; a bomb on the ship takes one of three lives. After every eight hits all become faster, up to seven
; times. RESET starts a game; until then, and after the last life, the sky is empty.
;
;   dasm sky-lanes.asm -f3 -osky-lanes.bin      2,048 bytes, no bank switching, NTSC, always 262 lines
;
; What others may read, in RAM: see `score`, `lives` and `over` below. Assembled with DASM 2.20.14.1.
        processor 6502

; ---- the chips' registers ----
VSYNC   = $00
VBLANK  = $01
WSYNC   = $02
NUSIZ0  = $04
NUSIZ1  = $05
COLUP0  = $06
COLUP1  = $07
COLUPF  = $08
COLUBK  = $09
CTRLPF  = $0A
REFP1   = $0C
PF0     = $0D
PF1     = $0E
PF2     = $0F
RESP0   = $10
RESP1   = $11
AUDC0   = $15
AUDF0   = $17
AUDV0   = $19
GRP0    = $1B
GRP1    = $1C
ENAM0   = $1D
ENABL   = $1F
HMP0    = $20
HMP1    = $21
HMOVE   = $2A
HMCLR   = $2B
CXCLR   = $2C
CXM0P   = $30           ; bit 7: the shot and an enemy
CXP0FB  = $32           ; bit 6: the ship and the bomb
INPT4   = $3C           ; bit 7 clear: fire
SWCHA   = $280          ; bit 7 clear: right, bit 6 clear: left
SWCHB   = $282          ; bit 0 clear: RESET
INTIM   = $284
TIM64T  = $296

; ---- sizes ----
LANES   = 5
LANE    = 24            ; lines of a lane that show something; three more place its enemy
PITCH   = LANE + 3
SHIPY   = LANES * PITCH ; line of the ship's zone, counted from the first lane
ZONE    = 20            ; lines of it
NONE    = 220           ; line of a shot or bomb that is not there
SHOT    = 8             ; its height
LEFT    = 4
RIGHT   = 148

        seg.u ram
        org $80
score   ds 2            ; $80 hundreds, $81 tens and ones; BCD
lives   ds 1            ; $82
over    ds 1            ; $83 bit 7: no game goes on
frame   ds 1
random  ds 1
level   ds 1
hits    ds 1
shipX   ds 1
shotX   ds 1
shotY   ds 1
bombX   ds 1
bombY   ds 1
dying   ds 1            ; frames until the ship is back
sound   ds 1            ; frames of the sound that is left
enemyX  ds LANES
part    ds LANES        ; of a pixel, in 1/256
turned  ds LANES        ; bit 7: flies to the left
away    ds LANES        ; frames until it is back; 0: it is there
struck  ds LANES        ; the latch of the shot after each lane
digits  ds 10           ; rows of the score's picture: 5 left, 5 right
line    ds 1
lane    ds 1
shown   ds 2            ; pointer to what a lane shows
shotOn  ds 1
temp    ds 1

        seg code
        org $F800

start   sei
        cld
        ldx #$FF
        txs
        lda #0
clear   sta 0,x
        dex
        bne clear
        sta 0
        lda #$80
        sta over
        lda #$5A
        sta random
        lda #76
        sta shipX
        lda #NONE
        sta shotY
        sta bombY
        ldx #LANES-1
awake   lda #1
        sta away,x
        dex
        bpl awake

; ---- one frame ----
main    lda #2
        sta WSYNC
        sta VSYNC
        sta WSYNC
        sta WSYNC
        sta WSYNC
        lda #0
        sta VSYNC
        lda #43
        sta TIM64T

        inc frame
        ; the picture of the score: two digits in each byte
        ldx #1
half    ldy #4
        stx temp
        lda score,x
        and #$0F
        sta line            ; free until the lanes are drawn
        asl
        asl
        adc line            ; carry is clear: at most 45
        adc #4
        sta line            ; the last of five rows a digit
        lda score,x
        lsr
        lsr
        lsr
        lsr
        sta lane
        asl
        asl
        adc lane
        adc #4
        sta lane
        lda rowsAt,x
        clc
        adc #4
        sta shown           ; where the row goes
row     ldx line
        lda font,x
        and #$0F
        sta shotOn
        ldx lane
        lda font,x
        and #$F0
        ora shotOn
        ldx shown
        sta digits,x
        dec line
        dec lane
        dec shown
        dey
        bpl row
        ldx temp
        dex
        bpl half

        ; places that do not change in a frame
        lda shipX
        ldx #0
        jsr place
        lda shotX
        ldx #2
        jsr place
        lda bombX
        ldx #4
        jsr place
        sta WSYNC
        sta HMOVE
        lda #0
        sta NUSIZ0
        sta NUSIZ1
        sta REFP1
        sta GRP0
        sta GRP1
        sta PF0
        sta PF1
        sta PF2
        sta COLUBK
        lda #$20            ; the bomb is four wide
        sta CTRLPF
        lda #$0E
        sta COLUPF
        sta HMCLR
        sta CXCLR
wait1   lda INTIM
        bne wait1
        sta WSYNC
        sta VBLANK          ; A is 0

        ; 20 lines: the score
        ldx #4
        ldy #0
        sta WSYNC
        sta WSYNC
top     lda #3
        sta line
same    sta WSYNC
        lda digits,y        ; 4
        sta PF1             ; 7
        ldx #5              ; 9
idle    dex                 ; 9 + 5 * 5 - 1 = 33
        bne idle
        nop                 ; 35
        lda digits+5,y      ; 39
        nop                 ; 41
        nop                 ; 43
        sta PF1             ; 46
        dec line
        bne same
        iny
        cpy #5
        bne top
        sta WSYNC
        lda #0
        sta PF1
        lda #$34
        sta COLUPF          ; the bomb's colour
        sta WSYNC
        ldx #0
        stx line
        stx lane

        ; 135 lines: the lanes
nextLane
        sta WSYNC           ; A line to place the enemy
        lda enemyX,x        ; 4
        sec                 ; 6
across  sbc #15
        bcs across
        eor #7
        asl
        asl
        asl
        asl
        sta HMP1
        sta RESP1
        sta WSYNC           ; and one to move it there exactly
        sta HMOVE
        lda colours,x
        sta COLUP1
        lda turned,x
        lsr
        lsr
        lsr
        lsr
        sta REFP1           ; bit 3
        lda #<blank
        ldy away,x
        bne empty
        lda frame
        and #8
        beq wings
        lda #<wingsUp       ; not 0
        bne empty
wings   lda #<wingsDown
empty   sta shown
        lda #>wingsUp
        sta shown+1
        lda line
        clc
        adc #PITCH-LANE
        sta line
        ldy #LANE-1
sky     ldx #0
        lda line
        sec
        sbc shotY
        cmp #SHOT
        bcs noShot
        ldx #2
noShot  stx shotOn
        ldx #0
        lda line
        sec
        sbc bombY
        cmp #SHOT
        bcs noBomb
        ldx #2
noBomb  lda (shown),y
        sta WSYNC
        sta GRP1
        stx ENABL
        lda shotOn
        sta ENAM0
        inc line
        dey
        bpl sky
        ldx lane
        lda CXM0P
        sta struck,x
        inx
        stx lane
        cpx #LANES
        bne nextLane

        ; 20 lines: the ship
        lda #0
        sta HMP1
        lda #$1E
        ldy dying
        beq whole
        lda frame
        asl
        ora #6
whole   sta COLUP0
        ldy #ZONE-1
ground  ldx #0
        lda line
        sec
        sbc shotY
        cmp #SHOT
        bcs noShot2
        ldx #2
noShot2 stx shotOn
        ldx #0
        lda line
        sec
        sbc bombY
        cmp #SHOT
        bcs noBomb2
        ldx #2
noBomb2 lda ship,y
        bit over
        bpl seen
        lda #0
seen    sta WSYNC
        sta GRP0
        stx ENABL
        lda shotOn
        sta ENAM0
        inc line
        dey
        bpl ground

        ; 18 lines: the ground, and the lives on it
        sta WSYNC
        lda #0
        sta GRP0
        sta ENABL
        sta ENAM0
        lda #$C4
        sta COLUBK
        ldx #5
earth   sta WSYNC
        dex
        bne earth
        lda #$0E
        sta COLUPF
        ldy lives
        lda #6
        sta line
below   sta WSYNC
        lda lifeRow,y       ; 4
        sta PF1             ; 7: left
        ldx #6              ; 9
idle2   dex                 ; 9 + 6 * 5 - 1 = 38
        bne idle2
        stx PF1             ; 41: nothing right
        dec line
        bne below
        ldx #6
under   sta WSYNC
        dex
        bne under
        lda #2
        sta WSYNC
        sta VBLANK
        lda #35
        sta TIM64T

; ---- what happens, while nothing is drawn ----
        lda random          ; a shift register of 255 states
        lsr
        bcc even
        eor #$B8
even    sta random

        lda SWCHB
        lsr
        bcs going
        ; RESET: a new game
        lda #0
        sta over
        sta score
        sta score+1
        sta level
        sta hits
        sta dying
        lda #3
        sta lives
        lda #76
        sta shipX
        lda #NONE
        sta shotY
        sta bombY
        ldx #LANES-1
fresh   lda startX,x
        sta enemyX,x
        lda startTurn,x
        sta turned,x
        lda #0
        sta away,x
        sta part,x
        dex
        bpl fresh
        jmp finish
going   bit over
        bpl alive
        jmp finish

alive   lda dying
        beq steer
        dec dying
        bne back
        lda #76             ; the ship is back
        sta shipX
back    jmp fly

        ; the ship
steer   lda shipX
        bit SWCHA
        bmi notRight
        cmp #RIGHT
        bcs notRight
        adc #2              ; carry is clear
notRight
        bit SWCHA
        bvs notLeft
        cmp #LEFT+1
        bcc notLeft
        sbc #2              ; carry is set
notLeft sta shipX
        bit INPT4
        bmi shotMoves
        ldx shotY
        cpx #NONE
        bne shotMoves
        clc
        adc #4
        sta shotX
        lda #SHIPY
        sta shotY
        lda #6
        sta sound
        jmp hitTest
shotMoves
        lda shotY
        cmp #NONE
        beq hitTest
        sec
        sbc #5
        bcs still
        lda #NONE
still   sta shotY

        ; an enemy that was shot: the first lane after which the latch is set
hitTest ldx #0
        lda shotY
        cmp #NONE
        beq shipTest
which   lda struck,x
        bmi gone
        inx
        cpx #LANES
        bne which
        beq shipTest
gone    lda away,x
        bne shipTest
        lda #NONE
        sta shotY
        lda #45
        sta away,x
        lda #12
        sta sound
        sed
        clc
        lda worth,x
        adc score+1
        sta score+1
        lda score
        adc #0
        sta score
        cld
        inc hits
        lda hits
        cmp #8
        bne shipTest
        lda #0
        sta hits
        lda level
        cmp #7
        beq shipTest
        inc level

        ; a bomb on the ship
shipTest
        bit CXP0FB
        bvc fly
        lda bombY
        cmp #NONE
        beq fly
        lda #NONE
        sta bombY
        sta shotY
        lda #48
        sta dying
        lda #24
        sta sound
        dec lives
        bne fly
        lda #$80
        sta over
        lda #0
        sta dying

        ; enemies: faster in higher lanes, and with every level
fly     ldx #LANES-1
each    lda away,x
        beq flies
        dec away,x
        bne next
        lda random          ; it is back, from one of the sides
        cpx #3
        bcs other
        asl
other   sta turned,x
        asl
        lda #LEFT
        bcc side
        lda #RIGHT
side    sta enemyX,x
        jmp next
flies   lda level
        asl
        asl
        asl
        asl
        clc
        adc speeds,x
        bcc slow
        lda #$FF
slow    clc
        adc part,x
        sta part,x
        lda #0
        adc #0
        sta temp            ; whole pixels: 0 or 1
        cpx #2              ; the two highest lanes have one more
        bcs moved
        inc temp
moved   lda turned,x
        bmi goLeft
        lda enemyX,x
        clc
        adc temp
        cmp #RIGHT
        bcc stays
        lda #$80
        sta turned,x
        lda #RIGHT
        bne stays
goLeft  lda enemyX,x
        sec
        sbc temp
        cmp #LEFT+1
        bcs stays
        lda #0
        sta turned,x
        lda #LEFT
stays   sta enemyX,x
next    dex
        bpl each

        ; the bomb
        lda bombY
        cmp #NONE
        beq drop
        lda level
        lsr
        clc
        adc #2
        adc bombY
        cmp #SHIPY+ZONE
        bcc falls
        lda #NONE
falls   sta bombY
        jmp finish
drop    lda dying
        bne finish
        lda frame           ; one lane after the other is asked
        and #7
        tax
        cpx #LANES
        bcs finish
        lda away,x
        bne finish
        lda random
        cmp #12
        bcc let
        lda enemyX,x
        sec
        sbc shipX
        clc
        adc #8
        cmp #17
        bcs finish
let     lda enemyX,x
        clc
        adc #4
        sta bombX
        lda laneY,x
        sta bombY

finish  lda sound
        beq quiet
        dec sound
        lsr
        ora #1
        sta AUDV0
        lda #8
        sta AUDC0
        lda sound
        sta AUDF0
        jmp wait2
quiet   sta AUDV0
wait2   lda INTIM
        bne wait2
        jmp main

; Places an object (X: 0 and 1 players, 2 and 3 missiles, 4 ball) at A, from 0 to 159; takes a line.
place   sta WSYNC
        sec
by15    sbc #15
        bcs by15
        eor #7
        asl
        asl
        asl
        asl
        sta HMP0,x
        sta RESP0,x
        rts

        align 256
; From the lowest row to the highest: a lane's lines with an enemy of ten.
            .byte 0             ; what comes next must not begin at 0 of the page: see `wings`
wingsUp     .byte 0,0,0,0,0,0,0,%00011000,%00100100,%01100110,%01111110,%11111111,%11011011,%10111101,%10000001,%10000001,%00000000,0,0,0,0,0,0,0
wingsDown   .byte 0,0,0,0,0,0,0,%10000001,%11000011,%01100110,%01111110,%01111110,%01011010,%00111100,%00011000,%00000000,%00000000,0,0,0,0,0,0,0
blank       .byte 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0
ship        .byte 0,0,0,0,%11111111,%11111111,%11111111,%11111111,%01111110,%01111110,%00111100,%00011000,%00011000,%00011000,0,0,0,0,0,0
colours     .byte $46,$26,$1A,$86,$56
worth       .byte $50,$40,$30,$20,$10
speeds      .byte $20,$00,$C0,$90,$60
startX      .byte 20,110,60,130,40
startTurn   .byte 0,$80,0,$80,0
laneY       .byte 20,47,74,101,128
lifeRow     .byte 0,%10000000,%10100000,%10101000
rowsAt      .byte 0,5
; Digits in both halves of a byte, five rows each from the highest to the lowest.
font    .byte $EE,$AA,$AA,$AA,$EE
        .byte $44,$CC,$44,$44,$EE
        .byte $EE,$22,$EE,$88,$EE
        .byte $EE,$22,$66,$22,$EE
        .byte $AA,$AA,$EE,$22,$22
        .byte $EE,$88,$EE,$22,$EE
        .byte $EE,$88,$EE,$AA,$EE
        .byte $EE,$22,$22,$22,$22
        .byte $EE,$AA,$EE,$AA,$EE
        .byte $EE,$AA,$EE,$22,$EE

        org $FFFC
        .word start
        .word start
