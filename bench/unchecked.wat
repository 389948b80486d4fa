;; Looks at each byte of a list once, 16 at a time.
(module
  (memory (export "memory") 4)
  ;; Returns the number of quotes in the first $length bytes, which must be a multiple of 16.
  (func (export "quotes") (param $length i32) (result i32)
    (local $at i32) (local $count i32)
    (loop $next
      (local.set $count (i32.add (local.get $count)
        (i32.popcnt (i8x16.bitmask (i8x16.eq (v128.load (local.get $at)) (v128.const i8x16 34 34 34 34 34 34 34 34 34 34 34 34 34 34 34 34))))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $length))))
    (local.get $count)))
