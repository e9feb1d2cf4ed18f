BEGIN {
	split("esc 1 2 3 4 5 6 7 8 9 0 - = backspace tab q w e r t y u i o p [ ] enter ctrl a s d f g h j k l ; ' ` shift \\ z x c v b n m , . / shift kp* alt space capslock f1 f2 f3 f4 f5 f6 f7 f8 f9 f10", name, " ")
	split("esc ! @ # $ % ^ & * ( ) _ + backspace tab Q W E R T Y U I O P { } enter ctrl A S D F G H J K L : \" ~ shift | Z X C V B N M < > ? shift", shifted, " ")
	split("97 ctrl 100 alt 87 f11 88 f12 102 home 103 up 104 pageup 105 left 106 right 107 end 108 down 109 pagedown 110 insert 111 delete 116 power 125 meta", other, " ")
	for (i = 1; i in other; i += 2) name[other[i]] = other[i + 1]
}
# $9 type (1: key), $10 code, $11 value (0 up, 1 down, 2 repeat)
$9 == 1 {
	key = ($10 in name) ? name[$10] : "key" $10
	if (key == "shift" || key == "ctrl" || key == "alt" || key == "meta") { held[key] = ($11 != 0); next }
	if ($11 == 0) next
	if (held["ctrl"] || held["alt"] || held["meta"]) {
		printf "<%s%s%s%s>", held["ctrl"] ? "ctrl-" : "", held["alt"] ? "alt-" : "", held["meta"] ? "meta-" : "", key
		next
	}
	if (held["shift"] && ($10 in shifted)) key = shifted[$10]
	if (key == "enter") printf "\n"
	else if (key == "space") printf " "
	else if (length(key) == 1) printf "%s", key
	else printf "<%s>", key
}
END { printf "\n" }
